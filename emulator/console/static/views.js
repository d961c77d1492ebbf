// The views, in the order of the navigation.

import { view as executions } from "./views/executions.js";

export const views = [executions];
