#!/usr/bin/env bash
# Makes the certificates of a cluster for trying mutual TLS out: an authority, a silo's certificate, a client's certificate.
#
#   deploy/certificates.sh DIR [--days N]
#
# DIR gets authority.pem, authority.key, silo.pem, silo.key, client.pem, client.key; the keys are readable by their owner alone.
# Run again, it keeps the authority and issues the two certificates anew (N days, 90 by default): running silos take them for new connections.
#
# What IfGuide asks of certificates, whoever issues them:
#   silo     subject alternative name DNS:silo.ifguide     extended key usage serverAuth and clientAuth
#   client   subject alternative name DNS:client.ifguide   extended key usage clientAuth
# Every silo may have a certificate of its own with the same name. authority.key is needed to issue and nowhere else: keep it off the cluster.
set -euo pipefail

usage() { echo "usage: deploy/certificates.sh DIR [--days N]" >&2; exit 2; }

[ $# -ge 1 ] || usage
folder=$1; shift
days=90
while [ $# -gt 0 ]; do
  case $1 in
    --days) [[ ${2:-} =~ ^[1-9][0-9]{0,4}$ ]] || usage; days=$2; shift 2 ;;
    *) usage ;;
  esac
done
command -v openssl > /dev/null || { echo "certificates.sh needs openssl" >&2; exit 1; }

umask 077
mkdir -p -- "$folder"
cd -- "$folder"

# A key first under another name, so that a silo never reads half a file.
key() { openssl ecparam -name prime256v1 -genkey -noout | openssl pkcs8 -topk8 -nocrypt -out "$1.new"; mv -- "$1.new" "$1"; }

if [ ! -e authority.key ] || [ ! -e authority.pem ]; then
  key authority.key
  openssl req -x509 -new -key authority.key -sha256 -days 3650 -subj "/CN=IfGuide cluster authority" \
    -addext "basicConstraints=critical,CA:TRUE" -addext "keyUsage=critical,keyCertSign,cRLSign" -out authority.pem
fi

issue() { # name, extended key usage
  key "$1.key.next"
  openssl req -new -key "$1.key.next" -subj "/CN=IfGuide $1" -out "$1.request"
  openssl x509 -req -in "$1.request" -CA authority.pem -CAkey authority.key -set_serial "0x01$(openssl rand -hex 15)" -sha256 -days "$days" \
    -extfile <(printf '%s\n' "basicConstraints=critical,CA:FALSE" "keyUsage=critical,digitalSignature" "extendedKeyUsage=$2" \
      "subjectAltName=DNS:$1.ifguide" "subjectKeyIdentifier=hash" "authorityKeyIdentifier=keyid") -out "$1.pem.next" 2> /dev/null
  rm -- "$1.request"
  mv -- "$1.key.next" "$1.key"
  mv -- "$1.pem.next" "$1.pem"
}

issue silo serverAuth,clientAuth
issue client clientAuth
chmod 644 authority.pem silo.pem client.pem

echo "silo:   --tls-certificate $PWD/silo.pem --tls-key $PWD/silo.key --tls-authority $PWD/authority.pem"
echo "client: --tls-certificate $PWD/client.pem --tls-key $PWD/client.key --tls-authority $PWD/authority.pem"
