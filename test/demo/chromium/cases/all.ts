import { CODE } from './code';
import { DEVICE } from './devices';
import { FAULT } from './faults';
import { HOSTILE } from './hostile';
import { LEDGER } from './ledger';
import { LIFE } from './life';
import { PAGE } from './page';
import { RACE } from './races';
import { SHOP } from './shop';
import { STORED } from './stored';
import type { Case } from '../runner';

/** Every case, in the order of the panels. Those of its life come last: they move everybody's clock. */
export const CASES: readonly Case[] = [...SHOP, ...STORED, ...RACE, ...FAULT, ...DEVICE, ...CODE, ...LEDGER, ...PAGE, ...HOSTILE, ...LIFE];
