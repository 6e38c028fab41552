import type { Browser } from './browser';
import type { DynamoCall } from './call-record';
import type { Parts } from './laboratory';
import { PlayedBrowser } from './visitor';

/** One session of the visitor, as `list()` gave it. */
export interface ListedDevice {
  readonly ref: string;
  readonly device?: string;
  /** ISO 8601. */
  readonly createdAt: string;
  readonly endsAt: string;
}

/** What the function says about the devices of a visitor. */
interface Listed {
  readonly name: string;
  /** The `ref` of the browser's own session. */
  readonly own: string;
  readonly devices: readonly ListedDevice[];
}

/** What the laboratory last heard about the devices of a visitor. */
export interface DeviceReport {
  /** `undefined` if the visitor is not signed in. */
  readonly listed: Listed | undefined;
  /** What the list cost. */
  readonly calls: readonly DynamoCall[];
  /** Whether each of the played browsers is signed in. */
  readonly played: readonly { readonly device: string; readonly isIn: boolean }[];
}

/** Asks the function for the list, and each of the played browsers whether it is still signed in. */
export async function reportDevices(parts: Parts, browser: Browser): Promise<DeviceReport> {
  const own = PlayedBrowser.with(browser.cookieList, parts.requests, parts.clock);
  const { record, body } = await own.get('/devices');
  const played = await Promise.all([...browser.played].map(async ([device, other]) => {
    const seen = await other.get('/devices');
    return { device, isIn: seen.record.status === 200 };
  }));
  return (browser.devices = { listed: record.status === 200 ? (JSON.parse(body) as Listed) : undefined, calls: record.calls, played });
}

/** Signs the visitor in on another browser, which the laboratory plays. Returns what went wrong, if anything did. */
export async function signInOn(parts: Parts, browser: Browser, device: string): Promise<string | undefined> {
  const { listed } = await reportDevices(parts, browser);
  if (!listed) return 'Sign in in the shop first: the devices are those of whoever is signed in.';
  const other = browser.played.get(device) ?? new PlayedBrowser(parts.requests, parts.clock);
  browser.played.set(device, other);
  await other.post('/sign-in', { name: listed.name, device });
  await reportDevices(parts, browser);
  return undefined;
}
