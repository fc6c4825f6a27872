// SPDX-License-Identifier: MIT
// The doors to the chunks that not every request needs. They stand in a module of their own because
// the engine finds an importing chunk by its debug information, which only this one keeps.
const loadLogin = () => import('./login.js').then(n => n.login);
const loadCallback = () => import('./callback.js').then(n => n.callback);
const loadLogout = () => import('./logout.js');
const loadInitiate = () => import('./initiate.js').then(n => n.initiate);
const loadProvider = () => import('./provider.js');
const loadVerify = () => import('./verify.js').then(n => n.door);
const loadAlgorithms = () => import('./algorithms.js');
const loadTexts = () => import('./texts.js').then(n => n.page);
const loadCheck = () => import('./check.js');
const loadRefusals = () => import('./texts.js').then(n => n.refusals);
const loadRemedies = () => import('./remedies.js');
const loadAdmin = () => import('./admin.js').then(n => n.run);
const loadPlugin = () => import('./admin.js').then(n => n.run$1);
const loadSync = () => import('./callback.js').then(n => n.sync);
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

export { loadAdmin, loadAlgorithms, loadCallback, loadCheck, loadInitiate, loadLanguage, loadLogin, loadLogout, loadPlugin, loadProvider, loadRefusals, loadRemedies, loadSync, loadTexts, loadVerify };
