/** A broken assertion is a programmer's error: it ends the evaluation it happens in and is logged with its stack. */
export class AssertionFailure extends Error {
  override readonly name = 'AssertionFailure';
}

export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new AssertionFailure(message);
}

/** For a `switch` that must name every case: the compiler refuses a forgotten one. */
export function unreachable(value: never): never {
  throw new AssertionFailure(`unreachable: ${JSON.stringify(value)}`);
}
