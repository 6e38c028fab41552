import { SessionError } from '../../src/runtime';

/** Whether it went well. What sessions may reject with is an answer too; any other error is a mistake of the test or of the library. */
export async function attempt(act: () => Promise<unknown>): Promise<boolean> {
  try {
    await act();
    return true;
  } catch (error) {
    if (!(error instanceof SessionError)) throw error;
    return false;
  }
}
