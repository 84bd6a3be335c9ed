import type { App } from '../app.ts';
import { buildApi } from './app.ts';
import { openApiDocument } from './openapi.ts';

/** The OpenAPI 3.1 document of the API that an app would serve. */
export const documentApi = (app: App): object => openApiDocument(buildApi(app), app.version);
