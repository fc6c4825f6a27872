# SPDX-License-Identifier: MIT
define Host/Prepare/Default
$(call unpack,$(HOST_BUILD_DIR))
endef

HostBuild :=

compile-host:
	$(Host/Prepare)
	$(Host/Compile)
	$(Host/Install)

.PHONY: compile-host
