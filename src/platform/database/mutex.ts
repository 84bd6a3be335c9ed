/** Admits one holder at a time, in the order of asking. */
export class Mutex {
  #tail: Promise<void> = Promise.resolve();

  async hold<T>(work: () => Promise<T> | T): Promise<T> {
    const before = this.#tail;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#tail = promise;
    await before;
    try {
      return await work();
    } finally {
      resolve();
    }
  }
}
