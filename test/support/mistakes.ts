/** What is wrong, a line each, as it is told to whoever configured it; nothing where all is well. */
export function mistakesOf(read: () => unknown): string[] {
  try {
    read();
  } catch (error) {
    return (error as Error).message.split('\n');
  }
  return [];
}
