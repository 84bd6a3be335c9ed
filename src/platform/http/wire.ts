import { DecoratorHandler, type Dispatcher } from 'undici';

/** How far one call got. */
export interface Reached {
  /** The first byte may have been written: from here on nobody can prove that nothing happened. */
  written: boolean;
  /** The caller took the call back right before the first byte. */
  withheld: boolean;
  /** Status of the answer's head, if one came. */
  status?: number;
}

/** Watches one call on its way through undici. */
export interface Wire {
  intercept: Dispatcher.DispatcherComposeInterceptor;
  /** Says how far the call got, and keeps it from being written afterwards: proof must stay proof. */
  end(): Reached;
}

export interface WireOptions {
  signal: AbortSignal;
  mayWrite?: () => boolean;
}

/**
 * undici calls `onRequestStart` when it holds an open connection and is about to write: an abort there writes nothing.
 * A call begins at most once: fetch would repeat a request answered with 421 if it still had its body, and the pool may come to one
 * that waited in its queue after the caller was told that nothing was written.
 */
export function watchWire({ signal, mayWrite = () => true }: WireOptions): Wire {
  const reached: Reached = { written: false, withheld: false };
  let ended = false;

  const mayBegin = (): boolean => {
    if (ended || reached.written || signal.aborted) return false;
    reached.withheld = !mayWrite();
    reached.written = !reached.withheld;
    return reached.written;
  };

  return {
    intercept: (dispatch) => (options, handler) => {
      const watched: Dispatcher.DispatchHandler = new DecoratorHandler(handler);
      watched.onRequestStart = (controller, context) => {
        if (mayBegin()) handler.onRequestStart?.(controller, context);
        else controller.abort(new Error('Nothing more is written for this call.'));
      };
      watched.onResponseStart = (controller, status, ...rest) => {
        if (status >= 200) reached.status = status;
        handler.onResponseStart?.(controller, status, ...rest);
      };
      return dispatch(options, watched);
    },
    end: () => {
      ended = true;
      return reached;
    },
  };
}
