import { type Dispatcher } from 'undici';
import { describe, expect, it } from 'vitest';
import { watchWire, type WireOptions } from '../../src/platform/http/wire.ts';

/**
 * A call as undici sees it: each `begin` is undici about to write. fetch has defences of its own against most of what
 * follows; these hold without them.
 */
function watched(options: Partial<WireOptions> = {}) {
  const wire = watchWire({ signal: new AbortController().signal, ...options });
  const begin = (): 'written' | 'stopped' => {
    let outcome: 'written' | 'stopped' = 'stopped';
    const dispatch: Dispatcher['dispatch'] = (_, handler) => {
      handler.onRequestStart?.({ abort: () => {} } as unknown as Dispatcher.DispatchController, null);
      return true;
    };
    const handler: Dispatcher.DispatchHandler = { onRequestStart: () => (outcome = 'written') };
    wire.intercept(dispatch)({ path: '/x', method: 'POST' }, handler);
    return outcome;
  };
  return { wire, begin };
}

describe('a watched call', () => {
  it('begins once, and is not written a second time by whoever wants to repeat it', () => {
    const { wire, begin } = watched();
    expect([begin(), begin()]).toEqual(['written', 'stopped']);
    expect(wire.end()).toEqual({ written: true, withheld: false });
  });

  it('does not begin after its end was told', () => {
    const { wire, begin } = watched();
    expect(wire.end()).toEqual({ written: false, withheld: false });
    expect(begin()).toBe('stopped');
  });

  it('does not begin after its signal has fired', () => {
    const { wire, begin } = watched({ signal: AbortSignal.abort() });
    expect(begin()).toBe('stopped');
    expect(wire.end()).toEqual({ written: false, withheld: false });
  });

  it('that was withheld has not been written', () => {
    const { wire, begin } = watched({ mayWrite: () => false });
    expect(begin()).toBe('stopped');
    expect(wire.end()).toEqual({ written: false, withheld: true });
  });
});
