import { PilliveryCommand } from '../../src/cli/command.ts';

export default class PaymentsRekey extends PilliveryCommand {
  static override summary = 'encrypt the tokens of mandates with the present key';
  static override description = `How to change the key without missing a charge:
1. Put the present key into PILLIVERY_PAYMENTS__OLD_TOKEN_KEYS (several are separated by commas) and a new one into
PILLIVERY_PAYMENTS__TOKEN_KEY, and restart every server. Where there are several, first give the new key to all of them
in OLD_TOKEN_KEYS, so that none meets a token that it cannot open.
2. Run this until it says that none is left. It may be interrupted, and servers may go on meanwhile.
3. Remove PILLIVERY_PAYMENTS__OLD_TOKEN_KEYS and restart.

Exit codes: 0 none of an earlier key is left, 3 some are left: their key is not configured, or a server still has the old one.`;
  static override examples = ['<%= config.bin %> payments rekey'];
  static override enableJsonFlag = true;

  async run() {
    const { flags } = await this.parse(PaymentsRekey);
    const { resealMandates } = await import('../../src/payments/index.ts');
    const rekeyed = await this.withApp(flags, resealMandates);
    this.log(`${rekeyed.sealed} tokens encrypted anew, ${rekeyed.left} of an earlier key left`);
    if (rekeyed.left > 0) this.leaveWith('personNeeded');
    return rekeyed;
  }
}
