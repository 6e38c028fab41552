import { accessSync, constants } from 'node:fs';
import { chromium, type Browser } from 'playwright-core';

/** Where Debian puts it. */
const DEBIAN = '/usr/bin/chromium';

/** The Chromium that `CHROME` names, or Debian's; none where there is none. */
export function chromiumPath(): string | undefined {
  const path = process.env.CHROME ?? DEBIAN;
  try {
    accessSync(path, constants.X_OK);
    return path;
  } catch {
    if (process.env.CHROME === undefined) return undefined;
    throw new Error(`CHROME is ${JSON.stringify(path)}, which is not a program that can be run. Name a Chromium, or leave it unset for ${DEBIAN}.`);
  }
}

/** Starts it. As root, which continuous integration often is, Chromium runs without its sandbox or not at all. */
export async function launch(executablePath: string): Promise<Browser> {
  return chromium.launch({ executablePath, args: process.getuid?.() === 0 ? ['--no-sandbox'] : [] });
}
