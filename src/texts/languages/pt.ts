// SPDX-License-Identifier: MIT

import type { Texts } from '../sentences.ts';

export const TEXTS: Texts = {
  words: {
    title: 'Login único',
    refused: 'Não foi possível entrar',
    tryAgain: 'Tentar novamente',
    password: 'Entrar com senha',
    switchAccount: 'Trocar de conta',
    signedInAs: 'No provedor, a sua sessão está aberta como',
    code: 'Código',
    reference: 'Referência',
    landing: 'Login concluído.',
    goOn: 'Continuar para o roteador',
    asked: 'O link seguido leva a esta página. Abra-a somente se era ela que queria abrir.',
    firstPage: 'Página inicial do roteador',
    loggedOut: 'Você saiu do roteador.',
    loggedOutThere: 'Você também saiu do seu provedor.',
    sso: 'Entrar com SSO',
  },
  sentences: {
    disabled: 'O login único está desativado neste roteador. Entre com a sua senha.',
    router:
      'Há um problema neste roteador. Informe a referência abaixo ao administrador e, enquanto isso, entre com a sua senha.',
    clock:
      'O relógio do roteador e o do provedor não coincidem. Espere até o roteador receber a hora da rede e tente novamente.',
    notFound: 'Esta página não existe.',
    malformed: 'O pedido estava incompleto ou danificado. Comece o login novamente.',
    tooLarge:
      'O navegador enviou dados demais. Apague os cookies deste roteador e tente novamente.',
    https:
      'O login único precisa de uma conexão segura. Abra este roteador com https:// e tente novamente.',
    busy: 'O roteador está ocupado com outros logins. Espere um momento e tente novamente, ou entre com a sua senha.',
    handshakeLost:
      'Este login foi iniciado em outro navegador ou em outro endereço do roteador. Abra a página de login do roteador e comece por lá.',
    handshakeOver: 'Este login já foi usado ou demorou demais. Comece novamente.',
    handshakeUsed:
      'Este login já foi concluído. Continue para o roteador; se ele pedir uma senha, comece novamente.',
    denied: 'O login foi cancelado, ou o seu provedor não o permitiu.',
    providerRefused:
      'O seu provedor recusou o login. Tente novamente; se o problema continuar, informe a referência abaixo ao administrador.',
    notVerified:
      'Não foi possível verificar a resposta do provedor, por isso nenhuma sessão foi aberta. Comece novamente; se o problema continuar, informe a referência abaixo ao administrador.',
    unreachable:
      'O seu provedor está inacessível ou com falha. Tente mais tarde, ou entre com a sua senha.',
    insecure:
      'O roteador não conseguiu conectar-se com segurança ao seu provedor. Informe a referência abaixo ao administrador e, enquanto isso, entre com a sua senha.',
    inFront:
      'Algo à frente do seu provedor respondeu no lugar dele. Informe a referência abaixo ao administrador.',
    signInAgain:
      'Este roteador exige outro login no seu provedor: recente, ou com um segundo fator. Saia da sua conta lá e tente novamente.',
    providerSetup:
      'O provedor e este roteador não estão configurados um para o outro. Informe a referência abaixo ao administrador.',
    notAuthorized:
      'A sua conta não tem acesso a este roteador. Fale com o administrador ou use outra conta.',
    emailNotVerified:
      'O seu endereço de e-mail não está verificado no provedor e por isso não serve para entrar aqui. Peça a verificação lá (Pocket ID: "Email verified" do usuário) e tente novamente.',
  },
};
