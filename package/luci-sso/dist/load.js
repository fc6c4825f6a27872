// SPDX-License-Identifier: MIT
// The entry of the command line.
const loadAdmin = () => import('./admin.js').then(n => n.run);

// SPDX-License-Identifier: MIT
// The entry of a tick.
const loadTick = () => import('./tick.js').then(n => n.tick);

// SPDX-License-Identifier: MIT
// The entry of the login chunk, apart from load.ts: pages and the login page's question use it too, and
// the other steps use them.
const loadLogin = () => import('./login.js').then(n => n.login);

// SPDX-License-Identifier: MIT
// The entries of the chunks with steps of a login that not every request takes. Every load.ts is in the
// one chunk that the engine keeps the debug information of: by that it finds an importing chunk.
const loadCallback = () => import('./callback.js').then(n => n.callback);
const loadLogout = () => import('./logout.js');
const loadInitiate = () => import('./initiate.js').then(n => n.initiate);

// SPDX-License-Identifier: MIT
// The entries to pages and tables of texts. The table of refusals is in the chunk of the pages.
const loadTexts = () => import('./texts.js').then(n => n.page);
const loadRemedies = () => import('./remedies.js').then(n => n.remedies);
const loadRefusals = () => import('./texts.js').then(n => n.refusals);

// SPDX-License-Identifier: MIT
// The entry of rpcd's plugin.
const loadPlugin = () => import('./admin.js').then(n => n.run$1);

// SPDX-License-Identifier: MIT
// The entry of the checks.
const loadCheck = () => import('./check.js');

// SPDX-License-Identifier: MIT
// The entry to the table of causes, apart from load.ts: pages use it too.
const loadCauses = () => import('./remedies.js').then(n => n.causes);

// SPDX-License-Identifier: MIT
// The entry to what only a change needs, apart from load.ts: a tick uses it.
const loadAlign = () => import('./align.js');

// SPDX-License-Identifier: MIT
// The entry to what a tick does with refresh tokens, when something is to be done.
const loadRecheck = () => import('./recheck.js');

// SPDX-License-Identifier: MIT
// The entry of the chunk that talks to the provider.
const loadProvider = () => import('./provider.js');

// SPDX-License-Identifier: MIT
// The entry to a sync, which a login needs only after roles have changed.
const loadSync = () => import('./callback.js').then(n => n.sync);

// SPDX-License-Identifier: MIT
// The entry to what keeps a refresh token: a login without one does not read it.
const loadKeep = () => import('./kept.js').then(n => n.keep);

// SPDX-License-Identifier: MIT
// The entry to what is said of a refused user, apart from load.ts: the callback uses it.
const loadRefusedUser = () => import('./refused.js');

// SPDX-License-Identifier: MIT
// The entries of the two verifiers: with the common algorithms, and with all.
const loadVerify = () => import('./verify.js').then(n => n.common);
const loadAlgorithms = () => import('./algorithms.js');

// SPDX-License-Identifier: MIT
// The entries of the languages besides English, each a chunk.
/** The texts of one language besides English. */
function loadLanguage(language) {
    switch (language) {
        case 'de':
            return import('./de.js');
        case 'fr':
            return import('./fr.js');
        case 'es':
            return import('./es.js');
        case 'pt':
            return import('./pt.js');
        case 'it':
            return import('./it.js');
        case 'pl':
            return import('./pl.js');
        case 'ru':
            return import('./ru.js');
        case 'zh':
            return import('./zh.js');
        case 'ja':
            return import('./ja.js');
    }
}

export { loadAdmin, loadAlgorithms, loadAlign, loadCallback, loadCauses, loadCheck, loadInitiate, loadKeep, loadLanguage, loadLogin, loadLogout, loadPlugin, loadProvider, loadRecheck, loadRefusals, loadRefusedUser, loadRemedies, loadSync, loadTexts, loadTick, loadVerify };
