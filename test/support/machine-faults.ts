/** What can be wrong with a machine of a lab: how a root shell makes it so and puts it right, and what `up` must say. */
export const MACHINE_FAULTS = [
  {
    what: 'a distribution that is not supported',
    machine: 'eu-2',
    breaks: "mv /etc/os-release /root/kept; printf 'ID=debian\\nVERSION_ID=11\\n' >/etc/os-release",
    mends: 'mv /root/kept /etc/os-release',
    code: 'MACHINE_UNFIT',
    says: /eu-2: check the machine: debian 11 is not supported/,
  },
  {
    what: 'a user whose sudo asks for a password',
    machine: 'us-2',
    breaks: "sed -i 's/NOPASSWD: //' /etc/sudoers.d/lab",
    mends: "sed -i 's/ALL$/NOPASSWD: ALL/' /etc/sudoers.d/lab",
    code: 'ACCESS_DENIED',
    says: /us-2: become root: sudo asks admin for a password/,
  },
  {
    what: 'a package that is too old',
    machine: 'ap-1',
    breaks:
      "cp /var/lib/dpkg/status /root/status; sed -i '/^Package: redis-server$/,/^$/s/^Version:.*/Version: 5:6.0.16-1/' /var/lib/dpkg/status",
    mends: 'mv /root/status /var/lib/dpkg/status',
    code: 'MACHINE_UNFIT',
    says: /ap-1: check the machine: redis-server 5:6\.0\.16-1 is too old; 7\.0 is needed/,
  },
  {
    what: 'a disk without room',
    machine: 'us-1',
    breaks: 'mkdir -p /var/lib && mount -t tmpfs -o size=50m full /var/lib',
    mends: 'umount /var/lib',
    code: 'MACHINE_UNFIT',
    says: /us-1: check the machine: \d+ MB are free under \/var\/lib; \d+ MB are needed/,
  },
  {
    what: 'a port that another process has',
    machine: 'eu-2',
    breaks: 'redis-server --port 8081 --bind 0.0.0.0 --protected-mode no --save "" --daemonize yes',
    mends: 'redis-cli -p 8081 shutdown nosave',
    code: 'PORT_IN_USE',
    says: /eu-2: check ports: 0\.0\.0\.0:8081, which origin needs, is in use/,
  },
];
