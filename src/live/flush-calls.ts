interface Call {
  resolve(asOf: number): void;
  reject(error: Error): void;
}

/** Flushes that wait for their answer. Their ids share one space with registrations, so they have a letter. */
export class FlushCalls {
  readonly #calls = new Map<string, Call>();
  #lastId = 0;

  call(): { readonly id: string; readonly answered: Promise<number> } {
    const id = `f${++this.#lastId}`;
    const answered = new Promise<number>((resolve, reject) => this.#calls.set(id, { resolve, reject }));
    return { id, answered };
  }

  answer(id: string, asOf: number): void {
    this.#calls.get(id)?.resolve(asOf);
    this.#calls.delete(id);
  }

  refuse(id: string, message: string): void {
    this.#calls.get(id)?.reject(new Error(message));
    this.#calls.delete(id);
  }

  fail(message: string): void {
    for (const id of [...this.#calls.keys()]) this.refuse(id, message);
  }
}
