/**
 * What the pages of docs use of frameworks, as far as a compiler has to know it. The packages themselves are too large to be
 * installed here; those that the adapters are tried with are in test/frameworks, whose types are checked there.
 */
declare module 'express' {
  type Handle = (request: import('cdk-session-table/express').ExpressRequest, response: Response, next: (error?: unknown) => void) => unknown;
  type Response = import('cdk-session-table/express').NodeResponse & { redirect(status: number, location: string): void; send(body: unknown): void };
  interface Application {
    use(...handlers: Handle[]): Application;
    get(path: string, handler: Handle): Application;
    post(path: string, handler: Handle): Application;
  }
  export default function express(): Application;
}
declare module 'express-session' {
  function session(options: { store: session.Store; secret: string; resave: boolean; saveUninitialized: boolean }): (request: object, response: object, next: () => void) => void;
  namespace session {
    abstract class Store {
      public createSession(request: object, data: object): object;
    }
  }
  export default session;
}
declare module 'fastify' {
  interface Request {
    readonly headers: { readonly cookie?: string };
    readonly protocol: string;
    readonly method: string;
  }
  interface Instance {
    register(plugin: (instance: Instance, options: unknown, done: () => void) => void): PromiseLike<void>;
    addHook(name: string, hook: (...values: never[]) => unknown): Instance;
    get(path: string, handler: (request: Request) => Promise<unknown>): Instance;
  }
  export default function fastify(options?: { trustProxy?: boolean }): Instance;
}
declare module 'koa' {
  export type DefaultState = object;
  type Context = import('cdk-session-table/koa').KoaContext;
  export default class Koa<State, Extra> {
    public constructor(options?: { proxy?: boolean } & { state?: State });
    public use(middleware: (context: Context & Extra, next: () => Promise<unknown>) => unknown): this;
  }
}
declare module '@middy/core' {
  interface Middy<Context> {
    use<More>(middleware: { before(request: import('cdk-session-table/middy').MiddyRequest & { context: More }): unknown }): Middy<Context & More>;
    handler(handler: (event: unknown, context: Context) => Promise<unknown>): (event: unknown, context: object) => Promise<unknown>;
  }
  export default function middy(): Middy<object>;
}
declare module '@aws-lambda-powertools/event-handler/http' {
  type Context<Store> = import('cdk-session-table/powertools').PowertoolsContext & { get<Key extends keyof Store>(key: Key): Store[Key] | undefined };
  export class Router<Env extends { store: { request: object } }> {
    public use(middleware: (args: { reqCtx: import('cdk-session-table/powertools').PowertoolsContext; next: () => Promise<unknown> }) => Promise<unknown>): void;
    public get(path: string, handler: (context: Context<Env['store']['request']>) => Promise<unknown>): void;
    public resolve(event: unknown, context: never): Promise<unknown>;
  }
}
declare module '@sveltejs/kit' {
  interface Event {
    readonly request: Request;
    readonly locals: object;
  }
  export type Handle = (input: { event: Event; resolve: (event: Event) => Promise<Response> | Response }) => Promise<Response> | Response;
}
declare module 'astro:middleware' {
  type Middleware = (context: { readonly request: Request; readonly locals: object }, next: () => Promise<Response>) => Promise<Response>;
  export function defineMiddleware(middleware: Middleware): Middleware;
}
declare module 'h3' {
  interface H3Event {
    readonly req: Request;
    readonly context: object;
  }
  type Middleware = (event: H3Event, next: () => Promise<unknown>) => unknown;
  export function defineMiddleware(middleware: Middleware): Middleware;
  export function toResponse(value: unknown, event: H3Event): Response | Promise<Response>;
}
declare module '@tanstack/react-start' {
  interface Result {
    readonly response: Response;
  }
  type Server = (args: { readonly request: Request; readonly next: (more?: { context?: object }) => Promise<Result> }) => Promise<Result | Response>;
  export function createMiddleware(): { server(server: Server): object };
}
declare module '@nestjs/core' {
  interface Application {
    use(middleware: (request: never, response: never, next: (error?: unknown) => void) => void): void;
    listen(port: number): Promise<unknown>;
  }
  export const NestFactory: { create(module: unknown): Promise<Application> };
}
declare module '@trpc/server/adapters/fetch' {
  export function fetchRequestHandler(options: { endpoint: string; req: Request; router: object; createContext: () => object }): Promise<Response>;
}
declare module 'next/headers' {
  export function cookies(): Promise<{ toString(): string }>;
}
