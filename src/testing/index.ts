/**
 * What tests of a handler need: a visitor with cookies, a table in this process, a clock that stands still.
 *
 * @packageDocumentation
 */
export { CookieJar } from './cookie-jar';
export { type EmbeddedTable, createSessionTable, startEmbeddedTable } from './embedded-table';
export { FakeClock } from './fake-clock';
export { type EventShape } from './lambda-event';
export { type MemoryTable, type MemoryTableOptions, type MemoryTransactInput, memoryTable } from './memory-table';
export {
  type AnyHandler,
  type Visit,
  type VisitOptions,
  type Visitor,
  type VisitorOptions,
  signedIn,
  visitor,
} from './visitor';
