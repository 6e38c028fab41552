import type { VisitPlan } from './visit';
import type { ConditionInput, SessionFactoryOptions } from '../../src/runtime';

/** What the world does by itself, once, at any time. */
export type WorldEvent = 'the session runs out' | 'TTL deletes' | 'a day passes and TTL deletes';

/** Requests on one session that may overlap in every way. To add a scenario is to add one of these. */
export interface Scenario {
  readonly title: string;
  /** What stands in the table before: nothing, a session, one that is due for a touch, one that has two seconds left. */
  readonly given: 'nothing' | 'a session' | 'a session due for a touch' | 'a session that is about to run out' | 'a session of a user';
  readonly visits: Readonly<Record<string, VisitPlan>>;
  readonly events?: readonly WorldEvent[];
  readonly options?: SessionFactoryOptions;
  /** How many sessions a user may have, where every sign-in asks for the same. */
  readonly most?: number;
  /** How many calls may go wrong in one schedule: usually, and in the long run. */
  readonly faults: readonly [usual: number, deep: number];
  /** Breaks what is sent, to show that the explorer notices. */
  readonly spoil?: (input: ConditionInput) => ConditionInput;
  /** Whether nobody and nothing ends the session, so that with no call gone wrong every visit succeeds. */
  readonly isPeaceful?: boolean;
  /** Whether only the long run explores it. */
  readonly isLong?: boolean;
}
