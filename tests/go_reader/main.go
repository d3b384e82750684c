// Reads a log that Stargauge wrote, with the tree and note packages of Go's own checksum database: reader DIR KEY [PROOF ENTRY].
package main

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// files gives the tiles of a folder; their paths leave out the height, which is always 8.
type files string

func (folder files) Height() int { return 8 }

func (folder files) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var found [][]byte
	for _, tile := range tiles {
		path := strings.Replace(tile.Path(), "tile/8/", "tile/", 1)
		raw, err := os.ReadFile(filepath.Join(string(folder), path))
		if err != nil {
			whole, _, _ := strings.Cut(path, ".p/")
			if raw, err = os.ReadFile(filepath.Join(string(folder), whole)); err != nil {
				return nil, err
			}
			raw = raw[:tile.W*tlog.HashSize]
		}
		found = append(found, raw)
	}
	return found, nil
}

func (folder files) SaveTiles([]tlog.Tile, [][]byte) {}

func must(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

// tree opens a checkpoint: signature, size and root.
func tree(text []byte, key string) tlog.Tree {
	verifier, err := note.NewVerifier(key)
	must(err)
	opened, err := note.Open(text, note.VerifierList(verifier))
	must(err)
	lines := strings.Split(opened.Text, "\n")
	if lines[0] != verifier.Name() {
		log.Fatalf("log %q, key of %q", lines[0], verifier.Name())
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	must(err)
	root, err := tlog.ParseHash(lines[2])
	must(err)
	return tlog.Tree{N: size, Hash: root}
}

func entries(folder string, size int64) [][]byte {
	var found [][]byte
	for first := int64(0); first < size; first += 256 {
		width := min(256, size-first)
		tile := tlog.Tile{H: 8, L: 0, N: first / 256, W: int(width)}
		raw, err := os.ReadFile(filepath.Join(folder, strings.Replace(tile.Path(), "tile/8/0/", "tile/entries/", 1)))
		must(err)
		for len(raw) > 0 {
			length := int(binary.BigEndian.Uint16(raw))
			found = append(found, raw[2:2+length])
			raw = raw[2+length:]
		}
	}
	return found
}

func proof(path string, key string, entry []byte) {
	raw, err := os.ReadFile(path)
	must(err)
	head, checkpoint, _ := bytes.Cut(raw, []byte("\n\n"))
	made := tree(checkpoint, key)
	var index int64
	var hashes tlog.RecordProof
	for _, line := range strings.Split(string(head), "\n")[1:] {
		if text, is := strings.CutPrefix(line, "index "); is {
			index, err = strconv.ParseInt(text, 10, 64)
			must(err)
		} else if !strings.HasPrefix(line, "extra ") {
			hash, err := base64.StdEncoding.DecodeString(line)
			must(err)
			hashes = append(hashes, tlog.Hash(hash))
		}
	}
	must(tlog.CheckRecord(hashes, made.N, made.Hash, index, tlog.RecordHash(entry)))
}

func main() {
	folder, key := os.Args[1], os.Args[2]
	text, err := os.ReadFile(filepath.Join(folder, "checkpoint"))
	must(err)
	made := tree(text, key)
	reader := tlog.TileHashReader(made, files(folder))
	found := entries(folder, made.N)
	if int64(len(found)) != made.N {
		log.Fatalf("%d entries, %d signed", len(found), made.N)
	}
	for index, entry := range found {
		place := int64(index)
		hashes, err := reader.ReadHashes([]int64{tlog.StoredHashIndex(0, place)})
		must(err)
		if hashes[0] != tlog.RecordHash(entry) {
			log.Fatalf("entry %d is not that of its tile", index)
		}
		if index%37 == 0 || place == made.N-1 {
			path, err := tlog.ProveRecord(made.N, place, reader)
			must(err)
			must(tlog.CheckRecord(path, made.N, made.Hash, place, tlog.RecordHash(entry)))
			before, err := tlog.TreeHash(place+1, reader)
			must(err)
			grown, err := tlog.ProveTree(made.N, place+1, reader)
			must(err)
			must(tlog.CheckTree(grown, made.N, made.Hash, place+1, before))
		}
	}
	if len(os.Args) > 4 {
		index, err := strconv.Atoi(os.Args[4])
		must(err)
		proof(os.Args[3], key, found[index])
	}
	fmt.Printf("%d entries, root %s\n", made.N, made.Hash)
}
