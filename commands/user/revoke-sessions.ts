import { Flags } from '@oclif/core';
import { PilliveryCommand } from '../../src/cli/command.ts';
import { by, note } from '../../src/cli/flags.ts';

export default class UserRevokeSessions extends PilliveryCommand {
  static override summary = 'log somebody out everywhere, at once';
  static override description = 'They may log in again; to keep somebody out, have the account suspended.';
  static override examples = ['<%= config.bin %> user revoke-sessions --email buyer@example.com --note "lost a phone"'];
  static override enableJsonFlag = true;
  static override flags = {
    by: by(),
    email: Flags.string({ summary: 'e-mail of the account', helpValue: 'EMAIL', exactlyOne: ['email', 'id'] }),
    id: Flags.string({ summary: 'id of the account', helpValue: 'ID' }),
    note: note({ summary: 'why, for the audit log' }),
  };

  async run() {
    const { flags } = await this.parse(UserRevokeSessions);
    const { revokeUserSessions } = await import('../../src/accounts/index.ts');
    const { operatorNamed } = await import('../../src/audit.ts');
    const who = flags.id === undefined ? { email: flags.email ?? '' } : { id: flags.id };
    const { userId, revoked } = await this.withApp(flags, (app) =>
      revokeUserSessions(app, { by: operatorNamed(flags.by), who, note: flags.note }),
    );
    this.log(`${revoked} ${revoked === 1 ? 'session' : 'sessions'} of ${userId} ended`);
    return { schema: 'pillivery.user-revoke-sessions/1', userId, revoked };
  }
}
