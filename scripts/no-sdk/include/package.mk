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
SourceDateEpoch: $(SOURCE_DATE_EPOCH)
Maintainer: $(PKG_MAINTAINER)
Architecture: $(PKGARCH)
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

define BuildPackage
PACKAGE := $(1)
$(value Package/$(1))
endef

tree:
	$(call Package/$(PACKAGE)/install,$(TREE))

# The two wrappers source the scripts of this package, whose names end in -pkg.
control:
	$(file >$(CONTROL)/control,$(CONTROL_TEXT))
	$(file >$(CONTROL)/conffiles,$(Package/$(PACKAGE)/conffiles))
	$(file >$(CONTROL)/postinst,$(POSTINST))
	$(file >$(CONTROL)/postinst-pkg,$(Package/$(PACKAGE)/postinst))
	$(file >$(CONTROL)/prerm,$(PRERM))
	$(file >$(CONTROL)/prerm-pkg,$(Package/$(PACKAGE)/prerm))
	chmod 0644 $(CONTROL)/control $(CONTROL)/conffiles
	chmod 0755 $(CONTROL)/postinst* $(CONTROL)/prerm*

version:
	@echo $(VERSION)

compile: compile-host
	$(Build/Prepare)
	$(Build/Compile)

.PHONY: tree control version compile
