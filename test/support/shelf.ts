import type { App } from '../../src/app.ts';
import { buildApi } from '../../src/api/app.ts';
import { bundle } from './bundle.ts';
import { callingApi, givenCaller } from './calling.ts';
import type { EngineName } from './databases.ts';

/** A shop with its API, and an admin who looks after its shelf. */
export async function shelf(engine: EngineName = 'sqlite-memory') {
  const shop = await bundle({ engine });
  const call = callingApi(shop.app);
  const { user, token } = await givenCaller(shop.app, { role: 'ADMIN' });
  const admin = (method: string, path: string, body?: unknown) =>
    call(method, `/api/admin${path}`, { token, ...(body !== undefined && { body }) });
  return { ...shop, call, admin, adminId: user.id, token, upload: uploading(shop.app, token) };
}

export interface UploadOptions {
  type?: string;
  query?: string;
}

/** Sends a file to the import: text and bytes as they are, or a form. */
function uploading(app: App, token: string) {
  const api = buildApi(app);
  return async (
    body: string | Uint8Array<ArrayBuffer> | FormData,
    { type = 'text/csv', query = '' }: UploadOptions = {},
  ) => {
    const headers = { authorization: `Bearer ${token}`, ...(!(body instanceof FormData) && { 'content-type': type }) };
    const response = await api.request(`/api/admin/items/import${query}`, { method: 'POST', headers, body });
    // oxlint-disable-next-line typescript/no-explicit-any -- a test asserts on the shape it expects
    return { status: response.status, body: (await response.json()) as any };
  };
}

export function formOf(file: File): FormData {
  const form = new FormData();
  form.set('file', file);
  return form;
}
