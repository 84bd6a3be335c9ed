import { Listr, type ListrTaskWrapper, type ListrGetRendererClassFromValue } from 'listr2';

/** Steps of a long command, shown one line each while they run; for people in front of a terminal. */
export interface LiveSteps {
  /** Shows `text` for a step. It is the one that runs now, so those before it are over. */
  tell(step: string, text: string): void;
  /** All is over. */
  end(): Promise<void>;
}

type Task = ListrTaskWrapper<
  unknown,
  ListrGetRendererClassFromValue<'default'>,
  ListrGetRendererClassFromValue<'simple'>
>;

export function showSteps(steps: readonly string[]): LiveSteps {
  const over = new Map(steps.map((step) => [step, Promise.withResolvers<void>()]));
  const shown = new Map<string, Task>();
  const list = new Listr(
    steps.map((step) => ({
      title: step,
      task: (_: unknown, task: Task): Promise<void> | undefined => {
        shown.set(step, task);
        return over.get(step)?.promise;
      },
    })),
  );
  const running = list.run();
  return {
    tell(step, text) {
      for (const earlier of steps.slice(0, steps.indexOf(step))) over.get(earlier)?.resolve();
      const task = shown.get(step);
      if (task) task.title = text;
    },
    async end() {
      for (const { resolve } of over.values()) resolve();
      await running;
    },
  };
}
