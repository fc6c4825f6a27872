// SPDX-License-Identifier: MIT

import type { Texts } from '../sentences.ts';

export const TEXTS: Texts = {
  words: {
    title: 'Inicio de sesión único',
    refused: 'No se pudo iniciar la sesión',
    tryAgain: 'Intentar de nuevo',
    password: 'Iniciar sesión con contraseña',
    switchAccount: 'Cambiar de cuenta',
    signedInAs: 'En su proveedor ha iniciado sesión como',
    code: 'Código',
    reference: 'Referencia',
    landing: 'Ha iniciado sesión.',
    goOn: 'Continuar al router',
    asked: 'El enlace que ha seguido lleva a esta página. Ábrala solo si es la que quería.',
    firstPage: 'Página de inicio del router',
    loggedOut: 'Ha cerrado la sesión en el router.',
    loggedOutThere: 'También se ha cerrado la sesión en su proveedor.',
    sso: 'Iniciar sesión con SSO',
  },
  sentences: {
    disabled:
      'El inicio de sesión único está desactivado en este router. Inicie sesión con su contraseña.',
    router:
      'Hay un problema en este router. Comunique la referencia de abajo a su administrador y, mientras tanto, inicie sesión con su contraseña.',
    clock:
      'El reloj del router y el del proveedor no coinciden. Espere a que el router reciba la hora de la red y vuelva a intentarlo.',
    notFound: 'Esta página no existe.',
    malformed:
      'La solicitud estaba incompleta o dañada. Vuelva a iniciar la sesión desde el principio.',
    tooLarge:
      'Su navegador envió demasiados datos. Borre las cookies de este router y vuelva a intentarlo.',
    https:
      'El inicio de sesión único necesita una conexión segura. Abra este router con https:// y vuelva a intentarlo.',
    busy: 'El router está ocupado con otros inicios de sesión. Espere un momento y vuelva a intentarlo, o inicie sesión con su contraseña.',
    handshakeLost:
      'Este inicio de sesión se empezó en otro navegador o en otra dirección del router. Abra la página de acceso del router y empiece allí.',
    handshakeOver: 'Este inicio de sesión ya se utilizó o tardó demasiado. Empiece de nuevo.',
    handshakeUsed:
      'Este inicio de sesión ya se completó. Continúe al router; si le pide una contraseña, empiece de nuevo.',
    denied: 'El inicio de sesión se canceló, o su proveedor no lo permitió.',
    providerRefused:
      'Su proveedor rechazó el inicio de sesión. Vuelva a intentarlo; si el problema continúa, comunique la referencia de abajo al administrador.',
    notVerified:
      'No se pudo verificar la respuesta del proveedor, por lo que no se inició ninguna sesión. Empiece de nuevo; si el problema continúa, comunique la referencia de abajo al administrador.',
    unreachable:
      'Su proveedor no responde o tiene un fallo. Vuelva a intentarlo más tarde, o inicie sesión con su contraseña.',
    insecure:
      'El router no pudo conectar de forma segura con su proveedor. Comunique la referencia de abajo al administrador y, mientras tanto, inicie sesión con su contraseña.',
    inFront:
      'Algo situado delante de su proveedor respondió en su lugar. Comunique la referencia de abajo al administrador.',
    signInAgain:
      'Este router exige otro inicio de sesión en su proveedor: reciente, o con un segundo factor. Cierre la sesión allí y vuelva a intentarlo.',
    providerSetup:
      'El proveedor y este router no están configurados el uno para el otro. Comunique la referencia de abajo al administrador.',
    notAuthorized:
      'Su cuenta no tiene acceso a este router. Consulte a su administrador o utilice otra cuenta.',
    emailNotVerified:
      'Su dirección de correo no está verificada en el proveedor, por lo que no sirve para iniciar sesión aquí. Haga que la verifiquen allí (Pocket ID: «Email verified» del usuario) y vuelva a intentarlo.',
  },
};
