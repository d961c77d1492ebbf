// The views, in the order of the navigation.

import { view as breakIt } from "./views/break_it.js";
import { view as environments } from "./views/environments.js";
import { view as executions } from "./views/executions.js";
import { view as mailbox } from "./views/mailbox.js";

export const views = [executions, environments, mailbox, breakIt];
