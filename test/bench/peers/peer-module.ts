/** A package of this folder; bench.ts has seen to it that it is installed. Its types are those that the caller needs. */
export async function peerModule<T>(name: string): Promise<T> {
  return (await import(name)) as T;
}
