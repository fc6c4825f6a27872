# SPDX-License-Identifier: MIT
SHELL := /bin/sh
.DEFAULT_GOAL := control
VERSION := $(PKG_VERSION)-r$(PKG_RELEASE)
empty :=
space := $(empty) $(empty)
comma := ,

define newline


endef

# The tarball's one folder becomes the build folder.
define unpack
echo '$(PKG_HASH)  $(DL_DIR)/$(PKG_SOURCE)' | sha256sum --check --status
rm -rf $(1)
$(INSTALL_DIR) $(1)
tar -xzf $(DL_DIR)/$(PKG_SOURCE) -C $(1)/..
endef

define Build/Prepare/Default
$(call unpack,$(PKG_BUILD_DIR))
endef
Build/Prepare = $(Build/Prepare/Default)

# Each line's two spaces become one.
outdent = $(subst ^$(newline),,^$(subst $(newline)$(space)$(space),$(newline)$(space),$(newline)$(1)))

CONFFILES = $(Package/$(PACKAGE)/conffiles)

# A program with everything inside needs no library's package.
PLAIN_DEPENDS = $(filter-out lib%,$(patsubst +%,%,$(DEPENDS)))

define CONTROL_TEXT
Package: $(PACKAGE)
Version: $(VERSION)
Depends: $(subst $(space),$(comma)$(space),$(strip $(PLAIN_DEPENDS)))
Source: $(SOURCE)
SourceName: $(PKG_NAME)
License: $(PKG_LICENSE)
LicenseFiles: $(PKG_LICENSE_FILES)
Section: $(SECTION)
$(if $(USERID),Require-User: $(USERID)
)SourceDateEpoch: $(SOURCE_DATE_EPOCH)
$(if $(URL),URL: $(URL)
)$(if $(PKG_MAINTAINER),Maintainer: $(PKG_MAINTAINER)
)Architecture: $(PKGARCH)
Installed-Size: $(INSTALLED_SIZE)
Description: $(call outdent,$(Package/$(PACKAGE)/description))
endef

define WRAPPER
[ -s $${IPKG_INSTROOT}/lib/functions.sh ] || exit 0
. $${IPKG_INSTROOT}/lib/functions.sh
endef

define POSTINST
#!/bin/sh
[ "$${IPKG_NO_SCRIPT}" = "1" ] && exit 0
$(WRAPPER)
default_postinst $$0 $$@
endef

define PRERM
#!/bin/sh
$(WRAPPER)
default_prerm $$0 $$@
endef

# One of the recipe's packages in each run; its name is the recipe's when PACKAGE does not say otherwise.
PACKAGE := $(PKG_NAME)
define BuildPackage
PACKAGES += $(1)
ifeq ($(1),$(PACKAGE))
$(value Package/$(1))
endif
endef

tree:
	$(call Package/$(PACKAGE)/install,$(TREE))

# The two wrappers source the scripts of this package, whose names end in -pkg.
control:
	$(file >$(CONTROL)/control,$(CONTROL_TEXT))
	$(file >$(CONTROL)/postinst,$(POSTINST))
	$(file >$(CONTROL)/prerm,$(PRERM))
	$(if $(CONFFILES),$(file >$(CONTROL)/conffiles,$(CONFFILES)))
	$(if $(Package/$(PACKAGE)/postinst),$(file >$(CONTROL)/postinst-pkg,$(Package/$(PACKAGE)/postinst)))
	$(if $(Package/$(PACKAGE)/prerm),$(file >$(CONTROL)/prerm-pkg,$(Package/$(PACKAGE)/prerm)))
	chmod 0644 $(CONTROL)/*
	chmod 0755 $(CONTROL)/p*

# What OpenWrt 25.12 puts into a package for apk: the three scripts with those of this package inside, and lists of
# the files in the tree. `info` has what apk's tool is told by options.
define APK_INFO
name=$(PACKAGE)
version=$(VERSION)
description=$(strip $(Package/$(PACKAGE)/description))
arch=$(PKGARCH)
license=$(PKG_LICENSE)
origin=$(SOURCE)
$(if $(URL),url=$(URL)
)$(if $(PKG_MAINTAINER),maintainer=$(PKG_MAINTAINER)
)provides=$(PACKAGE)-any
depends=$(strip $(PLAIN_DEPENDS))
endef

define APK_HEAD
$(WRAPPER)
export root="$${IPKG_INSTROOT}"
export pkgname="$(PACKAGE)"
endef

define APK_POST_INSTALL
#!/bin/sh
[ "$${IPKG_NO_SCRIPT}" = "1" ] && exit 0
$(APK_HEAD)
add_group_and_user
default_postinst
$(Package/$(PACKAGE)/postinst)
endef

define APK_POST_UPGRADE
#!/bin/sh
export PKG_UPGRADE=1
$(APK_POST_INSTALL)
endef

define APK_PRE_DEINSTALL
#!/bin/sh
$(APK_HEAD)
default_prerm
$(Package/$(PACKAGE)/prerm)
endef

APK_LISTS = $(TREE)/lib/apk/packages/$(PACKAGE)

apk:
	$(file >$(CONTROL)/info,$(APK_INFO))
	$(file >$(CONTROL)/post-install,$(APK_POST_INSTALL))
	$(file >$(CONTROL)/post-upgrade,$(APK_POST_UPGRADE))
	$(file >$(CONTROL)/pre-deinstall,$(APK_PRE_DEINSTALL))
	sed -i '2,$${/^[[:space:]]*#!/d}' $(CONTROL)/post-install $(CONTROL)/post-upgrade $(CONTROL)/pre-deinstall
	$(INSTALL_DIR) $(dir $(APK_LISTS))
	$(if $(USERID),echo '$(USERID)' >$(APK_LISTS).rusers)
	list=$$(cd $(TREE) && find . -type f,l -printf '/%P\n' | LC_ALL=C sort) && echo "$$list" >$(APK_LISTS).list
	$(if $(CONFFILES),echo '$(CONFFILES)' >$(APK_LISTS).conffiles)
	$(if $(CONFFILES),cd $(TREE) && sha256sum $(patsubst /%,%,$(CONFFILES)) | \
		sed -E 's|^([0-9a-f]{64})  (.*)|/\2 \1|' >$(APK_LISTS).conffiles_static)

version:
	@echo $(VERSION)

# The others of the recipe, which are for every architecture
packages:
	@echo $(filter-out $(PKG_NAME),$(PACKAGES))

compile: compile-host
	$(Build/Prepare)
	$(Build/Compile)

.PHONY: tree control apk version packages compile
