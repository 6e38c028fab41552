/** Its types are a package of their own, which the tests do without. */
declare module 'express-session';
