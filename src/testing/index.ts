/**
 * What tests of a handler need: a table in this process, a browser's cookies, a clock that stands still.
 *
 * @packageDocumentation
 */
export { CookieJar } from './cookie-jar';
export { type EmbeddedTable, createSessionTable, startEmbeddedTable } from './embedded-table';
export { FakeClock } from './fake-clock';
export { type MemoryTable, type MemoryTableOptions, type MemoryTransactInput, memoryTable } from './memory-table';
