// SPDX-License-Identifier: MIT
// LuCI's login page as its themes build it: written after the structure that a script can rely on
// (facts of LuCI 21.02 to 25.12 and argon), in some of LuCI's languages. No style sheets of LuCI: the stand-in's own, and
// for each theme what sets its button apart.

const ROOT = '/cgi-bin/luci/';

/** What the form says; none of it may matter to a script. */
const WORDS = {
  en: {
    title: 'Authorization Required',
    about: 'Please enter your username and password.',
    user: 'Username',
    password: 'Password',
    submit: 'Log in',
    reset: 'Reset',
    wrong: 'Invalid username and/or password! Please try again.',
  },
  de: {
    title: 'Autorisierung benötigt',
    about: 'Bitte Benutzernamen und Passwort eingeben.',
    user: 'Benutzername',
    password: 'Passwort',
    submit: 'Anmelden',
    reset: 'Zurücksetzen',
    wrong: 'Falscher Benutzername oder falsches Passwort! Bitte erneut versuchen.',
  },
  fr: {
    title: 'Autorisation requise',
    about: "Saisissez votre nom d'utilisateur et votre mot de passe.",
    user: "Nom d'utilisateur",
    password: 'Mot de passe',
    submit: 'Connexion',
    reset: 'Réinitialiser',
    wrong: "Nom d'utilisateur ou mot de passe incorrect !",
  },
  ru: {
    title: 'Требуется авторизация',
    about: 'Введите логин и пароль.',
    user: 'Имя пользователя',
    password: 'Пароль',
    submit: 'Войти',
    reset: 'Сбросить',
    wrong: 'Неверный логин или пароль!',
  },
  'zh-cn': {
    title: '需要授权',
    about: '请输入用户名和密码。',
    user: '用户名',
    password: '密码',
    submit: '登录',
    reset: '复位',
    wrong: '无效的用户名和/或密码！',
  },
  // One that luci-sso has no words for.
  fi: {
    title: 'Kirjautuminen vaaditaan',
    about: 'Anna käyttäjätunnus ja salasana.',
    user: 'Käyttäjätunnus',
    password: 'Salasana',
    submit: 'Kirjaudu',
    reset: 'Tyhjennä',
    wrong: 'Väärä käyttäjätunnus tai salasana!',
  },
} as const;

export type Theme = 'bootstrap' | 'material' | 'openwrt.org' | 'openwrt2020' | 'argon';
export type Language = keyof typeof WORDS;
type Words = (typeof WORDS)[Language];

export interface LoginPage {
  /** Last part of LuCI's option mediaurlbase; an unknown one gets the generic form. */
  readonly theme: string;
  readonly language: string;
  /** The name that was tried in vain. */
  readonly failedUser: string | undefined;
}

export const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);

/** What a theme's header has besides; every one but argon's for the login page loads the translations before anything else. */
interface Head {
  readonly more?: string;
  readonly hasScripts?: boolean;
}

export function htmlOf(title: string, language: string, body: string, { more = '', hasScripts = true }: Head = {}): string {
  const script = hasScripts ? `<script src="${ROOT}admin/translations/${language}"></script>` : '';
  return `<!DOCTYPE html>
<html lang="${language}"><head><meta charset="utf-8"><title>${title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">${more}
<link rel="stylesheet" href="/luci-static/stand-in/style.css">
${script}</head>
<body class="lang_${language}">${body}</body></html>\n`;
}

/** What sets LuCI's own button apart in each theme, so that one beside it needs more than the same class. */
const THEME_STYLES: Readonly<Record<string, string>> = {
  bootstrap: '.modal.login>button.important{font-size:120%;margin-top:.5em;width:100%}',
  material:
    '.cbi-page-actions>input{height:36px;line-height:36px;padding:0 18px;text-transform:uppercase;vertical-align:top;float:right;margin:0 2px}',
  'openwrt.org': '.cbi-page-actions>input{margin-top:3px;padding:2px 8px;font-size:12px;line-height:18px;vertical-align:middle}',
  openwrt2020: '.cbi-page-actions{display:block}.cbi-page-actions>input{font-size:15px;padding:6px 16px;border-width:2px;line-height:1.2}',
  argon: '.login-form{max-width:20em;margin:3em auto}.login-form input{width:100%}',
};

const fields = (w: Words): string => `
<div class="cbi-value"><label class="cbi-value-title" for="luci_username">${w.user}</label>
<div class="cbi-value-field"><input class="cbi-input-text" type="text" name="luci_username" id="luci_username" autocomplete="username" value="root"></div></div>
<div class="cbi-value"><label class="cbi-value-title" for="luci_password">${w.password}</label>
<div class="cbi-value-field"><input class="cbi-input-text" type="password" name="luci_password" id="luci_password" autocomplete="current-password"></div></div>`;

const FOCUS = '<script>document.getElementsByName("luci_password")[0].focus()</script>';

/** material, openwrt.org and openwrt2020: one form, its buttons in a row below. */
const generic = (w: Words, failed: boolean): string => `
<form method="post">${failed ? `<div class="alert-message warning"><p>${w.wrong}</p></div>` : ''}
<div class="cbi-map"><h2 name="content">${w.title}</h2><div class="cbi-map-descr">${w.about}</div>
<div class="cbi-section"><div class="cbi-section-node">${fields(w)}</div></div></div>
<div class="cbi-page-actions"><input type="submit" value="${w.submit}" class="btn cbi-button cbi-button-apply">
<input type="reset" value="${w.reset}" class="btn cbi-button cbi-button-reset"></div></form>${FOCUS}`;

/** argon's is the only header that says which Referer its pages send: what browsers do anyway. */
const ARGON_HEAD = '<meta name="referrer" content="strict-origin-when-cross-origin">';

/** argon: the generic form without its rows' classes, labels as icons; neither translations nor scripts of LuCI's. */
const argon = (w: Words, failed: boolean): string => `
<div class="login-page"><button type="button" class="volume-control mute"></button><div class="login-container"><div class="login-form">
<form class="form-login" method="post">${failed ? `<div class="errorbox">${w.wrong}</div>` : ''}
<div class="input-container"><div class="input-group"><input id="cbi-input-user" type="text" name="luci_username" value="root"></div>
<div class="input-group"><input id="cbi-input-password" type="password" name="luci_password"></div></div>
<div><input type="submit" value="${w.submit}" class="cbi-button cbi-button-apply"></div></form>${FOCUS}</div></div></div>`;

/**
 * bootstrap: a hidden section with the form and, beside it, the button; a view that is loaded later
 * moves the section's children into a dialogue, and takes the first form and the first button of the
 * whole page for its own: Enter anywhere in that form, or a click on that button, sends the form.
 */
const bootstrap = (w: Words, failed: boolean): string => `
<section hidden><form method="post" class="cbi-map"><div class="cbi-section"><div class="cbi-section-node">${fields(w)}</div></div></form>
<hr>${failed ? `<div class="alert-message error">${w.wrong}</div>` : ''}
<button class="btn cbi-button-positive important">${w.submit}</button></section>
<div id="view"><div class="spinning">…</div></div>
<script>addEventListener('load', () => setTimeout(() => {
  const form = document.querySelector('form'), button = document.querySelector('button');
  const dialogue = document.createElement('div');
  dialogue.className = 'modal login';
  dialogue.setAttribute('role', 'dialog');
  dialogue.append(Object.assign(document.createElement('h4'), { textContent: ${JSON.stringify(w.title)} }), ...document.querySelectorAll('section > *'));
  document.body.append(dialogue);
  document.getElementById('view').remove();
  form.addEventListener('keypress', (event) => event.key === 'Enter' && button.click());
  button.addEventListener('click', () => {
    for (const node of dialogue.querySelectorAll('*')) node.style.display = 'none';
    form.submit();
  });
  document.querySelector('input[type="password"]').focus();
  document.body.dataset.view = 'shown';
}, 50));</script>`;

const STRUCTURES: Readonly<Record<string, (w: Words, failed: boolean) => string>> = { bootstrap, argon };

/** The page of this theme in this language; English where LuCI lacks the language. */
export function loginHtml(page: LoginPage): string {
  const language: Language = page.language in WORDS ? (page.language as Language) : 'en';
  const structure = STRUCTURES[page.theme] ?? generic;
  const body = structure(WORDS[language], page.failedUser !== undefined);
  return htmlOf(
    'OpenWrt - LuCI',
    language,
    `<header><strong>OpenWrt</strong></header><div class="container">${body.replace('value="root"', `value="${escapeHtml(page.failedUser ?? 'root')}"`)}</div>`,
    {
      more: `<style>${THEME_STYLES[page.theme] ?? ''}</style>${page.theme === 'argon' ? ARGON_HEAD : ''}`,
      hasScripts: page.theme !== 'argon',
    },
  );
}
