import { createRequire } from 'node:module';

/**
 * Loads a module of Node at its first use. Few requests need one, and a module
 * that is imported at the start is paid for by every cold start.
 *
 * `process.getBuiltinModule` came with Node 20.16.
 */
export function builtin<Name extends keyof Builtins>(name: Name): Builtins[Name] {
  return (process.getBuiltinModule ?? createRequire(`${process.cwd()}/`))(name) as Builtins[Name];
}

interface Builtins {
  'node:fs/promises': typeof import('node:fs/promises');
  'node:http': typeof import('node:http');
  'node:stream/promises': typeof import('node:stream/promises');
  'node:util': typeof import('node:util');
  'node:zlib': typeof import('node:zlib');
}
