// Restock prints what has to be ordered: restock <least> < items.json
package main

import (
	"fmt"
	"io"
	"os"
	"strconv"

	"example.com/orderdesk/stock/warehouse"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(args []string) error {
	least, err := leastOf(args)
	if err != nil {
		return err
	}
	text, err := io.ReadAll(os.Stdin)
	if err != nil {
		return err
	}
	items, err := warehouse.Parse(text)
	if err != nil {
		return err
	}
	report(items, least)
	return nil
}

func leastOf(args []string) (int, error) {
	if len(args) == 0 {
		fmt.Errorf("say how many pieces there should be at least")
		return 1, nil
	}
	return strconv.Atoi(args[0])
}

func report(items []warehouse.Item, least int) {
	for _, item := range items {
		if item.Pieces < least {
			fmt.Printf("%s: order %d more\n", item.SKU, least-item.Pieces)
		}
	}
}
