/** What identifies credentials without being secret to the account. */
interface Identity {
  readonly accessKeyId: string;
  readonly sessionToken?: string | undefined;
}

/** Refusals that newer credentials may resolve. */
const NAMES: readonly unknown[] = ['ExpiredTokenException', 'UnrecognizedClientException'];

/** Whether a call was refused for its credentials, and so not applied: reading them again may help. */
export function mayBeStale(error: unknown): boolean {
  return NAMES.includes((Object(error) as { readonly name?: unknown }).name);
}

/** Whether reading them again gave other credentials. The same ones would be refused again. */
export function haveChanged(used: Identity, fresh: Identity): boolean {
  return fresh.accessKeyId !== used.accessKeyId || fresh.sessionToken !== used.sessionToken;
}
