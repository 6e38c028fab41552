import { code } from './code';
import { devices } from './devices';
import { faults } from './faults';
import { ledger } from './ledger';
import { life } from './life';
import { month } from './month';
import { races } from './races';
import { stored } from './stored';
import type { Panel } from '../lab/laboratory';

/** The panels of the page, in their order after the shop. */
export const PANELS: readonly Panel[] = [ledger, stored, life, races, faults, devices, code, month];
