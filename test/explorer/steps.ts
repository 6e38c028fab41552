import type { Step } from './visit';

/** Opens the session and does nothing more: a touch, where that is due. */
export const open: Step = async (visit) => void (await visit.session());

/** Sets a key that no other visit sets. */
export const set = (key: string): Step => async (visit) => {
  const session = await visit.session();
  session.set(key, visit.write(key));
};

/** Appends to the log, exactly once. */
export const update: Step = (visit) => visit.update();

export const save: Step = (visit) => visit.save();

/** What this request writes from now on, or has not stored yet, is for nobody who knew the id. */
export const signIn: Step = async (visit) => {
  const session = await visit.session();
  session.regenerate();
  visit.signIn();
};

/** Another id, and the deadline as before. */
export const renew: Step = async (visit) => {
  const session = await visit.session();
  session.regenerate({ keepDeadline: true });
  visit.signIn();
};

export const remember: Step = async (visit) => (await visit.session()).remember(5000);

export const signOut: Step = (visit) => visit.signOut();

export const invalidate: Step = (visit) => visit.invalidate();
