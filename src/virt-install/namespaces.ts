/** Of what is passed to QEMU as it is (libvirt's drvqemu.html, "Pass-through of arbitrary qemu commands"). */
export const QEMU_NAMESPACE = 'http://libvirt.org/schemas/domain/qemu/1.0';

/** Of what says which system the guest is for, in a domain's metadata. */
export const LIBOSINFO_NAMESPACE = 'http://libosinfo.org/xmlns/libvirt/domain/1.0';
