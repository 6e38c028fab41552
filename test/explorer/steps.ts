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

/** Signs in as the user, of whom at most so many sessions may live. */
export const join = (most?: number): Step => async (visit) => {
  const session = await visit.session();
  session.signIn('ada', { most });
  visit.isOfUser = true;
  visit.signIn();
};

/** Another id for a session of the user. */
export const rejoin: Step = async (visit) => {
  const session = await visit.session();
  session.regenerate();
  visit.isOfUser = true;
  visit.isKeepingUser = true;
  visit.signIn();
};

/** Ends all sessions of the user. */
export const endAll: Step = (visit) => visit.end((user) => user.endAll());

/** Ends the one session that is listed; `false` where it has another id by then. */
export const endOne: Step = (visit) => visit.end(async (user) => {
  const [first] = await user.list({ verify: false });
  return first !== undefined && user.end(first.ref);
});

export const remember: Step = async (visit) => (await visit.session()).remember(5000);

export const signOut: Step = (visit) => visit.signOut();

export const invalidate: Step = (visit) => visit.invalidate();
