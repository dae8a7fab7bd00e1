import "../shared/theme.css";
import { mount } from "svelte";
import ExplorerPage from "./ExplorerPage.svelte";

mount(ExplorerPage, { target: document.body });
