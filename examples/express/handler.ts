import { sessionFactory } from 'cdk-session-table/runtime';
import serverless from 'serverless-http';
import { type ShopSession, shopOf } from './shop';

export const handler = serverless(shopOf(sessionFactory<ShopSession>()));
