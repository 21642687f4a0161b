# What probe-accelerator.ts runs on KVM before it believes in it: a firmware image that does, in small, what the first
# second of any kernel does. QEMU starts it at the reset vector (jump to F000:0000), so no BIOS and no boot loader take part.
# A letter and a newline on the debug port say how far it came; at the end "KILN-KVM-OK", then exit through isa-debug-exit.
#
#   as --64 -o p.o accelerator-payload.s && ld -m elf_x86_64 -Ttext 0xf0000 -o p.elf p.o && objcopy -O binary -j .text p.elf p.bin
#
# The bytes of p.bin stand in accelerator-payload.ts; test/contract/host/accelerator-payload.test.ts compares the two.

    .set DEBUG_PORT, 0xe9
    .set EXIT_PORT, 0xf4
    .set STACK, 0x8000
    .set TABLES, 0x100000       # page tables: PML4, PDPT, 4 page directories of 2 MiB pages
    .set IDT, 0x110000
    .set TICKS, 0x9000
    .set SCRATCH, 0xa000
    .set WORK_LOOPS, 30000000

.macro reached letter
    movb $\letter, %al
    outb %al, $DEBUG_PORT
    movb $'\n', %al
    outb %al, $DEBUG_PORT
.endm

    .section .text
    .globl _start
    .code16
_start:
    cli
    reached 'r'                 # real mode
    lgdtl %cs:(gdtr - _start)
    movl %cr0, %eax
    orb $1, %al
    movl %eax, %cr0
    ljmpl $0x08, $protected

    .code32
protected:
    movw $0x10, %ax
    movw %ax, %ds
    movw %ax, %es
    movw %ax, %ss
    movl $STACK, %esp
    cld
    reached 'p'                 # protected mode

    # The first 4 GiB mapped one to one, for kernel and user mode.
    movl $TABLES, %edi
    xorl %eax, %eax
    movl $0x5000, %ecx
    rep stosl
    movl $(TABLES + 0x1007), TABLES
    movl $(TABLES + 0x2007), TABLES + 0x1000
    movl $(TABLES + 0x3007), TABLES + 0x1008
    movl $(TABLES + 0x4007), TABLES + 0x1010
    movl $(TABLES + 0x5007), TABLES + 0x1018
    movl $(TABLES + 0x2000), %edi
    movl $0x87, %eax
    movl $2048, %ecx
1:  movl %eax, (%edi)
    addl $0x200000, %eax
    addl $8, %edi
    loop 1b

    movl $0x620, %eax           # CR4: PAE, OSFXSR, OSXMMEXCPT
    movl %eax, %cr4
    movl $TABLES, %eax
    movl %eax, %cr3
    movl $0xc0000080, %ecx      # EFER: long mode, SYSCALL
    rdmsr
    orl $0x101, %eax
    wrmsr
    movl %cr0, %eax
    andl $0x9ffffffb, %eax      # caches on, no FPU emulation
    orl $0x80010003, %eax       # paging, write protection
    movl %eax, %cr0
    ljmp $0x18, $long

    .code64
long:
    movw $0x10, %ax
    movw %ax, %ds
    movw %ax, %es
    movw %ax, %ss
    movq $STACK, %rsp
    movq %cr3, %rax
    movq %rax, %cr3
    invlpg SCRATCH
    reached 'l'                 # long mode with paging

    movl $IDT, %edi
    movl $256, %ecx
    movl $unexpected, %ebx
2:  call set_gate
    loop 2b
    movl $(IDT + 0x20 * 16), %edi
    movl $timer, %ebx
    call set_gate
    lidt idtr

    # Local APIC on, LINT0 passes on what the 8259 has.
    movl $0xfee00000, %esi
    movl $0x1ff, 0xf0(%rsi)
    movl $0x700, 0x350(%rsi)

    # 8259s remapped to vectors 0x20 and 0x28, only the timer let through; 8254 at 1 kHz.
    movb $0x11, %al
    outb %al, $0x20
    outb %al, $0xa0
    movb $0x20, %al
    outb %al, $0x21
    movb $0x28, %al
    outb %al, $0xa1
    movb $4, %al
    outb %al, $0x21
    movb $2, %al
    outb %al, $0xa1
    movb $1, %al
    outb %al, $0x21
    outb %al, $0xa1
    movb $0xfe, %al
    outb %al, $0x21
    movb $0xff, %al
    outb %al, $0xa1
    movb $0x34, %al
    outb %al, $0x43
    movw $1193, %ax
    outb %al, $0x40
    movb %ah, %al
    outb %al, $0x40
    movl $0, TICKS
    sti
3:  hlt
    cmpl $100, TICKS
    jb 3b
    cli
    reached 't'                 # a hundred timer interrupts

    xorl %eax, %eax
    cpuid
    movl $0x80000001, %eax
    cpuid
    rdtsc
    movl $0x277, %ecx           # page attribute table
    rdmsr
    wrmsr
    movl $0x1b, %ecx            # local APIC base
    rdmsr
    wrmsr
    movl $0xfee00030, %esi      # local APIC version
    movl (%rsi), %eax
    movl $0xc0000102, %ecx      # kernel GS base
    rdmsr
    wrmsr
    reached 'm'                 # model-specific registers

    fninit
    fxsave SCRATCH
    xorps %xmm0, %xmm0
    movdqu %xmm0, SCRATCH
    fxrstor SCRATCH + 0x200
    lock cmpxchg16b SCRATCH
    reached 's'                 # FPU and SSE

    movl $0xc0000081, %ecx      # STAR: kernel 0x18 (SS 0x20), user 0x23 + 16 and + 8
    xorl %eax, %eax
    movl $0x00230018, %edx
    wrmsr
    movl $0xc0000082, %ecx      # LSTAR
    movl $system_call, %eax
    xorl %edx, %edx
    wrmsr
    pushq $0x2b                 # user SS
    pushq $(STACK - 0x800)
    pushq $2
    pushq $0x33                 # user CS
    pushq $user
    iretq
user:
    syscall
system_call:
    movw %cs, %ax
    cmpw $0x18, %ax
    jne unexpected
    reached 'u'                 # user mode and back

    movl $WORK_LOOPS, %ecx      # 30 ms on a processor, half a minute where every instruction is emulated
4:  addl %ecx, %eax
    decl %ecx
    jnz 4b
    reached 'w'                 # work

    movl $answer, %esi
    movl $12, %ecx
    movw $DEBUG_PORT, %dx
    rep outsb
    movb $0x10, %al             # QEMU ends with 0x10 << 1 | 1
    outb %al, $EXIT_PORT
5:  hlt
    jmp 5b

# EDI: gate, EBX: handler. Moves EDI to the next gate.
set_gate:
    movl %ebx, %eax
    movw %ax, (%rdi)
    movw $0x18, 2(%rdi)
    movw $0x8e00, 4(%rdi)
    shrl $16, %eax
    movl %eax, 6(%rdi)
    movw $0, 10(%rdi)
    movl $0, 12(%rdi)
    addl $16, %edi
    ret

timer:
    pushq %rax
    incl TICKS
    movb $0x20, %al
    outb %al, $0x20
    popq %rax
    iretq

unexpected:
    reached '!'                 # an exception nothing here should raise
    movb $1, %al
    outb %al, $EXIT_PORT
6:  hlt
    jmp 6b

answer:
    .ascii "KILN-KVM-OK\n"

    .balign 8
gdt:
    .quad 0
    .quad 0x00cf9b000000ffff    # 0x08 32-bit code
    .quad 0x00cf93000000ffff    # 0x10 data
    .quad 0x00af9b000000ffff    # 0x18 64-bit code
    .quad 0x00cf93000000ffff    # 0x20 data, where SYSCALL wants it
    .quad 0x00cff3000000ffff    # 0x28 user data
    .quad 0x00affb000000ffff    # 0x30 64-bit user code
gdtr:
    .word 7 * 8 - 1
    .long gdt
idtr:
    .word 256 * 16 - 1
    .quad IDT
