import { EOL } from './old.cjs';

export const handler = async () => ({ statusCode: 200, body: typeof EOL });
