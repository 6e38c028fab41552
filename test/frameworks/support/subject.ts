import type { Shop } from './table';
import type { SessionFactory } from '../../../src/runtime';

/** The session as all routes use it, whichever library it comes from. */
export interface View {
  get<Key extends keyof Shop>(key: Key): Shop[Key] | undefined;
  set<Key extends keyof Shop>(key: Key, value: Shop[Key]): void;
  save(): Promise<void>;
  /** Another id; not there where the library has none. */
  regenerate?(): Promise<void> | void;
}

/** What a route is given. */
export interface RouteContext {
  readonly query: URLSearchParams;
  session(): Promise<View>;
  endSession(): Promise<void>;
}

/** What a route answers; each subject says it in the words of its framework. */
export interface Reply {
  readonly status?: number;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** The values of `Set-Cookie` of the application's own. */
  readonly cookies?: readonly string[];
  /** Where to redirect to, by the framework's own function. */
  readonly redirect?: string;
  /** A body that is streamed. */
  readonly stream?: () => AsyncGenerator<string>;
}

/** A route by its path. */
export type Routes = Readonly<Record<string, (context: RouteContext) => Promise<Reply>>>;

/** One request of a browser. */
export interface Asked {
  readonly path: string;
  readonly method: string;
  readonly cookies: readonly string[];
}

/** What came back, whatever it came through. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly setCookie: readonly string[];
  readonly body: string;
}

/** An application that is up. */
export interface Served {
  ask(asked: Asked): Promise<Answer>;
  stop?(): Promise<void> | void;
}

/** An adapter under a framework. */
export interface Subject {
  readonly name: string;
  /** What the contract of another library does differently, whatever its store. */
  readonly differs?: readonly Difference[];
  serve(sessions: SessionFactory<Shop>, routes: Routes): Promise<Served>;
}

export type Difference =
  /** Stores whatever the response is, as express-session does. */
  | 'saves failures'
  /** Reads the session of every request that brings a cookie. */
  | 'reads always'
  /** Sets neither Vary nor Cache-Control. */
  | 'sets its cookie alone'
  /** Hands the store a copy of the session, so that of two writers the last one wins. */
  | 'copies'
  /** Cannot begin a response before the session is stored, or has no stream. */
  | 'no stream'
  /** Has no way to save in the middle of a request. */
  | 'no save'
  /** Answers 500 where another error of the store comes. */
  | 'no status'
  /** Has nothing between the request and the route. */
  | 'no early answer'
  /** Cannot tell the scheme. */
  | 'no scheme'
  /** Extends the session in a request of HEAD, too. */
  | 'touches at HEAD'
  /** Keeps nothing from being changed after the head. */
  | 'changes late';
