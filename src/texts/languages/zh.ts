// SPDX-License-Identifier: MIT

import type { Texts } from '../sentences.ts';

export const TEXTS: Texts = {
  words: {
    title: '单点登录',
    refused: '登录未成功',
    tryAgain: '重试',
    password: '使用密码登录',
    switchAccount: '切换帐户',
    signedInAs: '您在身份提供方登录的帐户是',
    code: '代码',
    reference: '参考编号',
    landing: '您已登录。',
    goOn: '前往路由器',
    asked: '您点击的链接指向以下页面。请仅在确实要访问该页面时打开。',
    firstPage: '路由器首页',
    loggedOut: '您已从路由器退出登录。',
    loggedOutThere: '您也已从身份提供方退出登录。',
    sso: '使用 SSO 登录',
  },
  sentences: {
    disabled: '此路由器已关闭单点登录。请使用密码登录。',
    router: '此路由器出现问题。请将下方的参考编号告知管理员，在此期间请使用密码登录。',
    clock: '路由器与身份提供方的时钟不一致。请等待路由器从网络获取时间，然后重试。',
    notFound: '此页面不存在。',
    malformed: '请求不完整或已损坏。请重新开始登录。',
    tooLarge: '浏览器发送的数据过多。请删除此路由器的 Cookie，然后重试。',
    https: '单点登录需要安全连接。请使用 https:// 打开此路由器，然后重试。',
    busy: '路由器正在处理其他登录。请稍候重试，或使用密码登录。',
    handshakeLost:
      '此次登录是在另一个浏览器中，或通过路由器的另一个地址开始的。请打开路由器的登录页面重新开始。',
    handshakeOver: '此次登录已被使用或用时过长。请重新开始。',
    handshakeUsed: '此次登录已经完成。请前往路由器；如果它要求输入密码，请重新开始。',
    denied: '登录已取消，或者身份提供方未允许登录。',
    providerRefused:
      '身份提供方拒绝了此次登录。请重试；如果仍然失败，请将下方的参考编号告知管理员。',
    notVerified:
      '无法验证身份提供方的答复，因此未完成登录。请重新开始；如果仍然失败，请将下方的参考编号告知管理员。',
    unreachable: '身份提供方无法访问或出现故障。请稍后重试，或使用密码登录。',
    insecure:
      '路由器无法与身份提供方建立安全连接。请将下方的参考编号告知管理员，在此期间请使用密码登录。',
    inFront: '身份提供方前面的设备代替它作了答复。请将下方的参考编号告知管理员。',
    signInAgain:
      '此路由器要求在身份提供方以其他方式登录：最近的登录，或带第二验证因素的登录。请先在那里退出登录，然后重试。',
    providerSetup: '身份提供方与此路由器的设置不匹配。请将下方的参考编号告知管理员。',
    notAuthorized: '您的帐户无权访问此路由器。请联系管理员，或使用其他帐户。',
    emailNotVerified:
      '您的电子邮件地址未经身份提供方验证，因此不能用于在此登录。请先在那里完成验证（Pocket ID：用户的“Email verified”），然后重试。',
  },
};
