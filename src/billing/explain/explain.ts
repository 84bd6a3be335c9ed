import type { App } from '../../app.ts';
import { concludeAttempt } from './conclude-attempt.ts';
import { concludeOrder } from './conclude-order.ts';
import { concludeSubscription } from './conclude-subscription.ts';
import type { ExplainDocument } from './document.ts';
import { readFile, type File } from './file.ts';
import { tellStory } from './story.ts';
import { findSubject } from './subject.ts';
import { presentOf, won, type Ending, type Present } from './words.ts';

/**
 * The story of a subscription, an order or a payment in its order, ending in one sentence: why it was or was not
 * charged, and what happens next. Throws `NotFound` for what is none of them.
 */
export async function explain(
  app: Pick<App, 'config' | 'database' | 'clock'>,
  reference: string,
): Promise<ExplainDocument> {
  const subject = await findSubject(app, reference);
  const file = await readFile(app, subject);
  const present = presentOf(app);
  const { result, next } = conclude(file, present);
  return {
    schema: 'pillivery.bill-explain/1',
    about: subject.about,
    reference: subject.reference,
    timeZone: present.timeZone,
    facts: factsOf(file),
    story: tellStory(file, present.timeZone),
    conclusion: `${result}; ${next}.`,
  };
}

function conclude(file: File, present: Present): Ending {
  const { attempt, order, subscription } = file.subject;
  if (attempt) return concludeAttempt(attempt, file, present);
  if (subscription) return concludeSubscription(subscription, file, present);
  if (order) return concludeOrder(order, file, present);
  throw new Error('Bug: a story about nothing.');
}

type Fact = ExplainDocument['facts'][number];

function factsOf({ subject, mandate }: File): Fact[] {
  const { subscription, order, attempt } = subject;
  const fact = (name: string, value: string): Fact => ({ name, value });
  return [
    ...(subscription
      ? [
          fact('subscription', `${subscription.id}, ${subscription.status}`),
          fact('item', `${subscription.itemName} × ${subscription.quantity}, every ${subscription.periodDays} days`),
          fact('next date', subscription.nextBillingOn ?? 'none'),
          fact('paid with', mandate ? `${mandate.methodLabel ?? 'unknown method'}, ${mandate.status}` : 'nothing'),
        ]
      : []),
    ...(order ? [fact('order', `${order.number}, ${order.status}, ${won(order.payAmount)}`)] : []),
    ...(attempt ? [fact('payment', `${attempt.publicId}, ${attempt.state}, ${won(attempt.amount)}`)] : []),
  ];
}
