/** What a function may do with sessions. */
export enum SessionAccess {
  /** Open sessions; neither extend nor change them. */
  READ = 'read',
  /** Open, create, change, extend and end sessions. */
  READ_WRITE = 'readWrite',
}
