import type { LambdaContext, Session, WithSession } from '../../src/runtime';

/** What the laboratory adds to the context: it runs a function and notes its calls with a line of the handler. */
export interface Traced {
  readonly trace?: <Result>(line: number, run: () => Result) => Result;
}

/**
 * Notes for the laboratory which line of the handler makes which call.
 *
 * In Lambda the context has no `trace`, and the handler is called directly.
 */
export function traced<Data extends object, Event, Result>(
  handler: (event: Event, context: LambdaContext & WithSession<Data> & Traced) => Promise<Result>,
): (event: Event, context: LambdaContext & WithSession<Data> & Traced) => Promise<Result> {
  return (event, context) => handler(event, context.trace ? withTrace<Data, typeof context>(context, context.trace) : context);
}

/** An object whose methods are noted with the line that calls them. */
export function tracedObject<Target extends object>(target: Target, { trace }: Traced): Target {
  if (!trace) return target;
  return new Proxy(target, {
    get: (_, name) => {
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== 'function') return value;
      return (...args: unknown[]) => trace(callerLine(), () => Reflect.apply(value, target, args) as unknown);
    },
  });
}

function withTrace<Data extends object, Context extends WithSession<Data>>(context: Context, trace: NonNullable<Traced['trace']>): Context {
  const methods: WithSession<Data> = {
    session: async () => tracedObject<Session<Data>>(await trace(callerLine(), () => context.session()), { trace }),
    endSession: () => trace(callerLine(), () => context.endSession()),
  };
  return Object.assign(Object.create(context) as Context, methods);
}

/** The line of the handler that made the call, by the source map; 0 if none did. */
function callerLine(): number {
  return Number(/handler\.ts:(\d+)/.exec(new Error().stack ?? '')?.[1] ?? 0);
}
