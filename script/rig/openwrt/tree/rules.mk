# What all parts of the tree know: where things lie, what is built, and of what.

include $(TOPDIR)/.config
include $(TOPDIR)/include/version.mk

unquote = $(patsubst "%",%,$(1))

BOARD := $(call unquote,$(CONFIG_TARGET_BOARD))
SUBTARGET := $(call unquote,$(CONFIG_TARGET_SUBTARGET))
ARCH_PACKAGES := $(call unquote,$(CONFIG_TARGET_ARCH_PACKAGES))

BUILD_DIR := $(TOPDIR)/build_dir/target-$(ARCH_PACKAGES)_musl
TARGET_DIR := $(BUILD_DIR)/root-$(BOARD)
KDIR := $(BUILD_DIR)/linux-$(BOARD)_$(SUBTARGET)
TMP_DIR := $(TOPDIR)/tmp
DL_DIR := $(TOPDIR)/dl
BIN_DIR ?= $(TOPDIR)/bin/targets/$(BOARD)/$(SUBTARGET)
ROOTFS_PARTSIZE_MB := $(CONFIG_TARGET_ROOTFS_PARTSIZE)

FILESYSTEMS := $(if $(CONFIG_TARGET_ROOTFS_SQUASHFS),squashfs) $(if $(CONFIG_TARGET_ROOTFS_EXT4FS),ext4)
ifdef CONFIG_CHOOSES_ROOTFS_FILESYSTEM
  FILESYSTEMS := $(if $(ROOTFS_FILESYSTEM),$(filter $(ROOTFS_FILESYSTEM),$(FILESYSTEMS)),$(FILESYSTEMS))
endif

USES_APK := $(CONFIG_USE_APK)
PACKAGE_MANAGER := $(TOPDIR)/staging_dir/host/bin/$(if $(CONFIG_USE_APK),apk,opkg)

# Without a profile, the first one.
PROFILE_ID = $(patsubst DEVICE_%,%,$(or $(USER_PROFILE),$(shell python3 -B -m imagebuilder.info first)))

# "-name" takes a package away from the target's and the profile's, and from the caller's own.
unwanted = $(filter -%,$(1))
cleaned = $(filter-out $(call unwanted,$(1)) $(patsubst -%,%,$(call unwanted,$(1))),$(1))
PROFILE_PACKAGES = $(shell python3 -B -m imagebuilder.info packages '$(PROFILE_ID)')
BUILD_PACKAGES = $(call cleaned,$(USER_PACKAGES) $(call cleaned,$(PROFILE_PACKAGES) kernel))

export BOARD SUBTARGET ARCH_PACKAGES TARGET_DIR KDIR TMP_DIR DL_DIR BIN_DIR FILESYSTEMS
export ROOTFS_PARTSIZE_MB ADD_LOCAL_KEY USES_APK
