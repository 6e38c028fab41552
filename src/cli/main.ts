#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { run } from './run';

void run(process.argv.slice(2), {
  environment: process.env,
  // The cookie; read when a command asks for it. By its number: `process.stdin` would make a pipe refuse to be waited for.
  input: () => readFileSync(0, 'utf8'),
  out: (line) => void process.stdout.write(`${line}\n`),
  error: (line) => void process.stderr.write(`${line}\n`),
}).then((code) => {
  process.exitCode = code;
});
