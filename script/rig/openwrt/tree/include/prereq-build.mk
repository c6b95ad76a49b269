# Ask for the programs of the host that a build needs, as the real one does before its first build.

include $(TOPDIR)/rules.mk

PROGRAMS := gzip tar sha256sum mksquashfs mkfs.fat mcopy mke2fs sfdisk mkimage dtc openssl

.PHONY: prereq
.SILENT:

prereq: $(if $(CONFIG_NEEDS_DISTUTILS),python3-distutils) $(addprefix program-,$(PROGRAMS)) keys-program

program-%:
	command -v $* >/dev/null || { echo 'Build dependency: Please install $*'; echo; false; }

keys-program:
	command -v signify-openbsd >/dev/null || command -v signify >/dev/null || \
		{ echo 'Build dependency: Please install signify-openbsd'; echo; false; }

# Gone from Python 3.12; old releases ask for it all the same.
python3-distutils:
	python3 -c 'from distutils import util' 2>/dev/null || \
		{ echo 'Build dependency: Please install the Python3 distutils module'; echo; false; }
